"""Names of the values that messages are filled with, in the words of template authors in many languages."""

from __future__ import annotations

from typing import Final


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


PERSON: Final = _set(
    """
    name firstname lastname fullname username nickname fname lname first last user customer recipient subscriber member
    nombre apellido apellidos usuario cliente primer nome sobrenome primeiro usuário prénom vorname nachname
    имя фамилия отчество пользователь клиент имя_клиента получатель
    姓名 名字 昵称 暱稱 用户名 用戶名 用户 客户 客户姓名 客户名称 会员姓名 收件人
    名前 お名前 氏名 お客様名 ユーザー名 ユーザ名 ニックネーム 会員名
    नाम ग्राहक उपयोगकर्ता उपनाम पूरा पहला आपका प्रथम
    الاسم الأول الأخير الكامل اسم المستخدم العميل اسمك الزبون
    """
)
THING: Final = _set(
    """
    email phone title headline subject body description creator author price discount amount coupon city country date
    link url product brand company store shop
    correo teléfono título asunto cuerpo descripción precio descuento cupón ciudad país fecha enlace producto marca
    tienda telefone assunto corpo descrição preço desconto cupom cidade data produto loja
    заголовок тема цена скидка сумма город дата ссылка товар магазин бренд название телефон
    标题 標題 正文 价格 價格 折扣 城市 日期 链接 連結 商品名称 品牌 店名 产品名 产品名称
    タイトル 本文 価格 値段 割引 都市名 日付 リンク 商品名 店舗名 ブランド名
    शीर्षक कीमत मूल्य छूट शहर तारीख लिंक उत्पाद दुकान
    العنوان السعر الخصم المدينة التاريخ الرابط المنتج المتجر العلامة
    """
)
VALUES: Final = PERSON | THING
